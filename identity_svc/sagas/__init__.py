"""What happens in several transactions, or outside of them."""
