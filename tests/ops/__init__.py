"""What every service serves to operators, and the filters of lists."""
