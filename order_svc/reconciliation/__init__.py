"""Finds and mends what orders, stock and payments disagree about after databases were restored to different moments."""
