"""Posteriors of theta on a quadrature: of persons one by one, and summed (the E-step)."""
