"""What a page over days shows of traces, from the rollups alone; and the shapes that it is made of."""
