"""A simulation of many nodes, from what is measured on one."""
