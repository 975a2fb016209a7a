"""The data model: frozen values that flow from readers to reports."""
