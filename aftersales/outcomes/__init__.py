"""What contracts may be paid by: outcomes of the after-sales programs, measured in the merchant's own order store."""
