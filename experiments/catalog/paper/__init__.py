"""The arms of *Peer-Preservation in Frontier Models* (arXiv 2604.19784), with the controls it lacked."""
