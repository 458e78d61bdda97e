# Installed into .venv/etc, where each kernel of the course reads it (IPython: sys.prefix/etc/ipython).
c = get_config()  # noqa: F821
c.InteractiveShellApp.extensions = ["helpers.course.forgotten"]
