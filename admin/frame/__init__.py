"""What all pages of the console share: the door, the frame, forms, refusals, plain words."""
