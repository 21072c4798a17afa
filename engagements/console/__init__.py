"""What program operators do to the catalogue: whole files with a preview, and single dated changes (R-012, R-277)."""
