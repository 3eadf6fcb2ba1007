"""The Scrapy side: the spider, its settings, and the guard at the place where connections are made."""
