"""What is known of items from their use: statistics that came with a package, beside the version
that they are about. QTI calls it usage data.
"""
