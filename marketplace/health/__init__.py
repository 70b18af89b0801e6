"""Is this installation alive, and is it ready?"""
