"""The executive's pack as files: slides, PDF, DOCX, XLSX, each made from one outline and from nothing else."""
