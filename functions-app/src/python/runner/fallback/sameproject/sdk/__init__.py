from .dataset import dataset

__all__ = ["dataset"]
