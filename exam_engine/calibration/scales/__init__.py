"""Which parameters of an exam's scale hold for a form or a plan now."""
