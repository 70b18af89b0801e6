"""What a buyer who asks for a refund wants: reason code, then lexicon, then a linear model that may abstain.

`classify` and `classify_all` (module `classifying`) are the doors; they need no database. Importing this package is cheap:
numpy is loaded at the first use of the model, scikit-learn only for training.
"""
