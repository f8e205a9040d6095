"""Reading: from files, archives and arrays to stored samples."""
