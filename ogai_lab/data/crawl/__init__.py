"""A polite crawler: from addresses to WARC files. Scrapy fetches; what is done is ours to keep."""
