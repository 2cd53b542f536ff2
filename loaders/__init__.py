"""Loaders: exports of source systems in, typed canonical Parquet and a proof of every row out."""
