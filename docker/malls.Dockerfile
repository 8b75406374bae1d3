# The simulated malls: the pinned Python packages, and Shopify's schema (from npm).
FROM python:3.11-slim
ENV EC_CACHE_DIR=/opt/ec-cache PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /repo
COPY requirements requirements
COPY tools tools
RUN pip install --no-cache-dir --no-deps --require-hashes --only-binary=:all: \
        -r requirements/lock.txt \
    && EC_SHOPIFY_SCHEMA_DIR= python -m tools schema
