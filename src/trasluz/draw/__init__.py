"""Every picture is made here: figures (Plotly) as pure functions of results, mosaics (Pillow), colours, names."""
