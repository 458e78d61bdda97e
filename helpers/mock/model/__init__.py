"""What the model would say: a recording, or an invention that says so."""
