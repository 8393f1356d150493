"""The known data sets; a new one is an entry here, and a file when its format is new."""

from __future__ import annotations

from core.data.known.cifar_binary import CifarBinary
from core.data.known.cifar_pickle import CifarPickle
from core.data.known.idx import Idx
from core.data.known.keras_npz import KerasNpz
from core.data.known.known_set import KnownSet, Place
from core.data.known.picture_folder import PictureFolder
from core.data.known.svhn_mat import SvhnMat

_DIGITS = tuple("0123456789")
_GREY, _COLOUR = (28, 28, 1), (32, 32, 3)

_CIFAR10_BATCHES = tuple(f"data_batch_{n}" for n in range(1, 6))
_CIFAR10_PICKLE = CifarPickle(_CIFAR10_BATCHES, ("test_batch",), "labels")
_CIFAR10_BINARY = CifarBinary(tuple(f"{b}.bin" for b in _CIFAR10_BATCHES), ("test_batch.bin",), 1)
_CIFAR100_PICKLE = CifarPickle(("train",), ("test",), "fine_labels")
_CIFAR100_BINARY = CifarBinary(("train.bin",), ("test.bin",), 2)
_CIFAR_SOURCE = (
    "the CIFAR page of Alex Krizhevsky at the University of Toronto; Keras keeps them in its folder datasets"
)

_CIFAR100_CLASSES = tuple(
    """apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel
    can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur
    dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion
    lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree
    pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea
    seal shark shrew skunk skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank
    telephone television tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman
    worm""".split()  # noqa: SIM905 - a hundred quoted words are harder to read
)

MNIST = KnownSet(
    "mnist",
    "MNIST (handwritten digits)",
    _DIGITS,
    _GREY,
    (
        Place("mnist.npz", KerasNpz()),
        Place("mnist", Idx()),
        Place("mnist/mnist.npz", KerasNpz(), is_told=False),
        Place("MNIST/raw", Idx(), is_told=False),
    ),
    "the MNIST page of Yann LeCun; Keras keeps mnist.npz in its folder datasets",
)
FASHION_MNIST = KnownSet(
    "fashion-mnist",
    "Fashion-MNIST (articles of clothing)",
    (
        "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
        "ankle boot",
    ),
    _GREY,
    (
        Place("fashion-mnist", Idx()),
        Place("FashionMNIST/raw", Idx(), is_told=False),
    ),
    "Zalando Research's fashion-mnist; Keras keeps them in its folder datasets",
    ("fashionmnist",),
)  # fmt: skip
CIFAR10 = KnownSet(
    "cifar10",
    "CIFAR-10 (small photographs)",
    ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    _COLOUR,
    (
        Place("cifar-10-batches-py", _CIFAR10_PICKLE),
        Place("cifar-10-python.tar.gz", _CIFAR10_PICKLE),
        Place("cifar-10-batches-bin", _CIFAR10_BINARY),
        Place("cifar-10-binary.tar.gz", _CIFAR10_BINARY),
        Place("cifar-10-batches-py-target/cifar-10-batches-py", _CIFAR10_PICKLE, is_told=False),
        Place("cifar10", _CIFAR10_PICKLE, is_told=False),
        Place("cifar10", _CIFAR10_BINARY, is_told=False),
    ),
    _CIFAR_SOURCE,
    ("cifar-10",),
)
CIFAR100 = KnownSet(
    "cifar100",
    "CIFAR-100 (small photographs, a hundred classes)",
    _CIFAR100_CLASSES,
    _COLOUR,
    (
        Place("cifar-100-python", _CIFAR100_PICKLE),
        Place("cifar-100-python.tar.gz", _CIFAR100_PICKLE),
        Place("cifar-100-binary", _CIFAR100_BINARY),
        Place("cifar-100-binary.tar.gz", _CIFAR100_BINARY),
        Place("cifar-100-python-target/cifar-100-python", _CIFAR100_PICKLE, is_told=False),
        Place("cifar100", _CIFAR100_PICKLE, is_told=False),
        Place("cifar100", _CIFAR100_BINARY, is_told=False),
    ),
    _CIFAR_SOURCE,
    ("cifar-100",),
)
SVHN = KnownSet(
    "svhn",
    "SVHN (house numbers, cropped digits)",
    _DIGITS,
    _COLOUR,
    (Place("svhn", SvhnMat()),),
    "the Street View House Numbers page of Stanford University, format 2",
    ("svhn-cropped",),
)
HORSES_OR_HUMANS = KnownSet(
    "horses-or-humans",
    "Horses or Humans (rendered pictures)",
    ("horses", "humans"),
    None,
    tuple(
        Place(name, PictureFolder(("horses", "humans")), is_told=name == "horses-or-humans")
        for name in ("horses-or-humans", "horse-or-human", "horses_or_humans")
    ),
    "Laurence Moroney's Horses or Humans",
    ("horse-or-human",),
)
CATS_VS_DOGS = KnownSet(
    "cats-vs-dogs",
    "Cats vs. Dogs (photographs)",
    ("cat", "dog"),
    None,
    tuple(
        Place(name, PictureFolder(("Cat", "Dog")), is_told=name == "cats-vs-dogs")
        for name in ("cats-vs-dogs", "PetImages", "cats_vs_dogs")
    ),
    "Microsoft's download page, whose archive has them in the folder PetImages",
)
FLOWERS = KnownSet(
    "flowers",
    "Flowers (photographs of five kinds)",
    ("daisy", "dandelion", "roses", "sunflowers", "tulips"),
    None,
    tuple(
        Place(
            name,
            PictureFolder(("daisy", "dandelion", "roses", "sunflowers", "tulips")),
            is_told=name == "flowers",
        )
        for name in ("flowers", "flower_photos", "flower_photos/flower_photos")
    ),
    "the TensorFlow examples, whose archive has them in the folder flower_photos",
    ("tf-flowers", "flower-photos"),
)

KNOWN_SETS: tuple[KnownSet, ...] = (
    MNIST, FASHION_MNIST, CIFAR10, CIFAR100, SVHN, HORSES_OR_HUMANS, CATS_VS_DOGS, FLOWERS,
)  # fmt: skip
