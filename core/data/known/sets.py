"""The known data sets; a new one is an entry here, and a file when its format is new."""

from __future__ import annotations

from core.data.known.cifar_binary import CifarBinary
from core.data.known.cifar_pickle import CifarPickle
from core.data.known.idx import Idx
from core.data.known.keras_npz import KerasNpz
from core.data.known.known_set import KnownSet, Place
from core.data.known.picture_folder import PictureFolder
from core.data.known.publication import PublishedFile
from core.data.known.svhn_mat import SvhnMat
from core.data.known.tfds_folder import TfdsPrepared
from core.download import Wanted

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

# Addresses and checksums are those that Keras (MNIST, CIFAR) and TensorFlow Datasets (the others) publish.
_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
_TORONTO = "https://www.cs.toronto.edu/~kriz"
_ZALANDO = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"
_STANFORD = "http://ufldl.stanford.edu/housenumbers"
_TENSORFLOW = "https://storage.googleapis.com/download.tensorflow.org"
_MICROSOFT = "https://download.microsoft.com/download/3/E/1/3E1C3F21-ECDB-4869-8368-6DEBA77B919F"

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
        Place("mnist", TfdsPrepared(), is_told=False),
        Place("mnist.npz", KerasNpz()),
        Place("mnist", Idx()),
        Place("mnist/mnist.npz", KerasNpz(), is_told=False),
        Place("MNIST/raw", Idx(), is_told=False),
    ),
    "the MNIST page of Yann LeCun; Keras keeps mnist.npz in its folder datasets",
    published=(
        PublishedFile(
            Wanted(
                f"{_KERAS}/mnist.npz",
                11_490_434,
                "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
            ),
            "mnist.npz",
        ),
    ),
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
        Place("fashion_mnist", TfdsPrepared(), is_told=False),
        Place("fashion-mnist", Idx()),
        Place("FashionMNIST/raw", Idx(), is_told=False),
    ),
    "Zalando Research's fashion-mnist; Keras keeps them in its folder datasets",
    ("fashionmnist",),
    tuple(
        PublishedFile(Wanted(f"{_ZALANDO}/{name}", size, sha256), f"fashion-mnist/{name}")
        for name, size, sha256 in (
            (
                "train-images-idx3-ubyte.gz", 26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            ),
            (
                "train-labels-idx1-ubyte.gz", 29_515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            ),
            (
                "t10k-images-idx3-ubyte.gz", 4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            ),
            (
                "t10k-labels-idx1-ubyte.gz", 5_148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            ),
        )
    ),
)  # fmt: skip
CIFAR10 = KnownSet(
    "cifar10",
    "CIFAR-10 (small photographs)",
    ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    _COLOUR,
    (
        Place("cifar10", TfdsPrepared(), is_told=False),
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
    (
        PublishedFile(
            Wanted(
                f"{_TORONTO}/cifar-10-python.tar.gz",
                170_498_071,
                "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
            ),
            "cifar-10-python.tar.gz",
        ),
    ),
)
CIFAR100 = KnownSet(
    "cifar100",
    "CIFAR-100 (small photographs, a hundred classes)",
    _CIFAR100_CLASSES,
    _COLOUR,
    (
        Place("cifar100", TfdsPrepared(), is_told=False),
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
    (
        PublishedFile(
            Wanted(
                f"{_TORONTO}/cifar-100-python.tar.gz",
                169_001_437,
                "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
            ),
            "cifar-100-python.tar.gz",
        ),
    ),
)
SVHN = KnownSet(
    "svhn",
    "SVHN (house numbers, cropped digits)",
    _DIGITS,
    _COLOUR,
    (Place("svhn_cropped", TfdsPrepared(), is_told=False), Place("svhn", SvhnMat())),
    "the Street View House Numbers page of Stanford University, format 2",
    ("svhn-cropped",),
    (
        PublishedFile(
            Wanted(
                f"{_STANFORD}/train_32x32.mat",
                182_040_794,
                "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8",
            ),
            "svhn/train_32x32.mat",
        ),
        PublishedFile(
            Wanted(
                f"{_STANFORD}/test_32x32.mat",
                64_275_384,
                "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b",
            ),
            "svhn/test_32x32.mat",
        ),
    ),
)
HORSES_OR_HUMANS = KnownSet(
    "horses-or-humans",
    "Horses or Humans (rendered pictures)",
    ("horses", "humans"),
    None,
    (
        Place("horses_or_humans", TfdsPrepared(), is_told=False),
        *(
            Place(name, PictureFolder(("horses", "humans")), is_told=name == "horses-or-humans")
            for name in ("horses-or-humans", "horse-or-human", "horses_or_humans")
        ),
    ),
    "Laurence Moroney's Horses or Humans",
    ("horse-or-human",),
    (
        PublishedFile(
            Wanted(
                f"{_TENSORFLOW}/data/horse-or-human.zip",
                149_574_867,
                "e2e6f70d3d549c5dd10a57165e55af253ee66ad750403f95c0fb76bb943633a9",
            ),
            "horses-or-humans/train",
            unpack="",
        ),
        PublishedFile(
            Wanted(
                f"{_TENSORFLOW}/data/validation-horse-or-human.zip",
                11_480_187,
                "ae5fff2f4f5554791f05358108e2e05d9801b191f1896ea101402f0e7f6c32c0",
            ),
            "horses-or-humans/validation",
            unpack="",
        ),
    ),
)
CATS_VS_DOGS = KnownSet(
    "cats-vs-dogs",
    "Cats vs. Dogs (photographs)",
    ("cat", "dog"),
    None,
    (
        Place("cats_vs_dogs", TfdsPrepared(), is_told=False),
        *(
            Place(name, PictureFolder(("Cat", "Dog")), is_told=name == "cats-vs-dogs")
            for name in ("cats-vs-dogs", "PetImages", "cats_vs_dogs")
        ),
    ),
    "Microsoft's download page, whose archive has them in the folder PetImages",
    published=(  # no checksum of this edition is published where it could be taken from
        PublishedFile(
            Wanted(f"{_MICROSOFT}/kagglecatsanddogs_5340.zip", 824_887_076),
            "cats-vs-dogs",
            unpack="PetImages",
        ),
    ),
)
FLOWERS = KnownSet(
    "flowers",
    "Flowers (photographs of five kinds)",
    ("daisy", "dandelion", "roses", "sunflowers", "tulips"),
    None,
    (
        Place("tf_flowers", TfdsPrepared(), is_told=False),
        *(
            Place(
                name,
                PictureFolder(("daisy", "dandelion", "roses", "sunflowers", "tulips")),
                is_told=name == "flowers",
            )
            for name in ("flowers", "flower_photos", "flower_photos/flower_photos")
        ),
    ),
    "the TensorFlow examples, whose archive has them in the folder flower_photos",
    ("tf-flowers", "flower-photos"),
    (
        PublishedFile(
            Wanted(
                f"{_TENSORFLOW}/example_images/flower_photos.tgz",
                228_813_984,
                "4c54ace7911aaffe13a365c34f650e71dd5bf1be0a58b464e5a7183e3e595d9c",
            ),
            "flowers",
            unpack="flower_photos",
        ),
    ),
)

KNOWN_SETS: tuple[KnownSet, ...] = (
    MNIST, FASHION_MNIST, CIFAR10, CIFAR100, SVHN, HORSES_OR_HUMANS, CATS_VS_DOGS, FLOWERS,
)  # fmt: skip
