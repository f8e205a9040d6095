"""The looks, one per file; ``trasluz.look.base`` tells what such a file offers."""
