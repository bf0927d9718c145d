"""What headers mean: words of several languages, and phrases of relations."""
