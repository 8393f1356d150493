"""Estimates of cycles for CPUs other than the one that the kernels estimate for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codegen.compiler import compile_model
from codegen.errors import CodegenError
from codegen.kernels import KERNELS, serves_cpu, with_cycles_on
from codegen.kernels.sparse_f32 import FLOAT_ENCODINGS
from codegen.kernels.stored_weights import KERNEL_NAMES
from codegen.targets.board import Cpu, find_board
from codegen.toolchain.prediction import size_table
from tests.unit.codegen.networks import Builder

CPUS = [cpu for cpu in Cpu if cpu is not Cpu.HOST]


def lowered(board: str = "virtual-pico"):
    return compile_model(Builder((8,)).dense(3).graph(), find_board(board)).layers[0]


#: They estimate for both CPUs.
OF_THEIR_OWN = {
    "thimble_max_pool_f32",
    "thimble_average_pool_f32",
    *(
        f"thimble_{op}_{KERNEL_NAMES[encoding]}_f32"
        for op in ("dense", "conv2d")
        for encoding in FLOAT_ENCODINGS
    ),
}
SERVED = [(k.function, cpu) for k in KERNELS if k.function for cpu in CPUS if serves_cpu(k, cpu)]


@pytest.mark.parametrize(("function", "cpu"), SERVED)
def test_every_kernel_has_a_size_and_an_estimate_for_every_cpu_it_serves(function, cpu):
    assert size_table(cpu).functions[function]
    assert function in OF_THEIR_OWN or with_cycles_on(cpu, replace(lowered(), function=function)).cycles > 0


def test_an_estimate_of_the_kernel_s_own_goes_before_the_factor():
    layer = replace(lowered(), cycles_on={Cpu.CORTEX_M4F: 77})
    assert with_cycles_on(Cpu.CORTEX_M4F, layer).cycles == 77
    assert with_cycles_on(Cpu.CORTEX_M0PLUS, layer).cycles == layer.cycles


def test_the_faster_cpu_takes_fewer_cycles():
    assert 0 < lowered("virtual-nano").cycles < lowered("virtual-pico").cycles


def test_the_host_counts_like_the_cpu_that_kernels_estimate_for():
    assert with_cycles_on(Cpu.HOST, lowered()).cycles == lowered().cycles


def test_a_kernel_without_an_estimate_is_told():
    with pytest.raises(CodegenError) as caught:
        with_cycles_on(Cpu.CORTEX_M4F, replace(lowered(), function="thimble_new"))
    assert caught.value.code == "no-cycle-estimate"
