"""How a plugin of one's own begins: `manage.py startplugin`, and the templates that it fills in."""
