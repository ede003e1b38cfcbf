"""The table, the queues, the objects and the parameters: what is remembered."""
