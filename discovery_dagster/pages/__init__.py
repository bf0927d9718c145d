"""The pages: what people look at in a browser, rendered here from the store's reading queries.

One module a page: its route and the context that its template is given. `frame.py` is what all
pages share, `rendering.py` turns a context into HTML, `links.py` knows the URLs, `words.py` the
words. A page's URL is the read API's without `/api/v1`, so that its data is one click away.

Nothing here computes: what is shown was published by a step or is computed below this layer.
"""
