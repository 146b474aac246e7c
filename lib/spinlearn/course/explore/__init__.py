"""Live models for the notebook and for the page.

An explorable is displayed as the last expression of a cell. In JupyterLab its traits follow its controls, and setting a
trait moves the control; in the built page it runs by itself, on the same kernels as WebAssembly: see
`spinlearn.course.web`.

>>> IsingLattice(T=2.269)
IsingLattice(size=512, T=2.269, h=0.0, rule='metropolis', start='random', seed=1)
"""

from ._cobweb import Cobweb
from ._fit import FitByHand
from ._ising import IsingLattice, digest, replay
from ._landscape import Landscape
from ._neuron import Neuron
from ._wolff import Wolff, WolffClusters

__all__ = ["Cobweb", "FitByHand", "IsingLattice", "Landscape", "Neuron", "Wolff", "WolffClusters", "digest", "replay"]
