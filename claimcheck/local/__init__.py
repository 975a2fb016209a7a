"""The engine `local`: GGUF models on this machine, run by llama.cpp.

`models.py` finds and downloads model files, `server.py` starts a server for one and
shares it between commands, and `process.py` is that server.
"""
