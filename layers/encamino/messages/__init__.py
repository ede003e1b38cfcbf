"""Messages: which there are, what each may say of an order, and how it is put into words."""
