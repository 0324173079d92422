"""What the forked ranks find imported: the classes that transformers loads on first use."""

from transformers import LlamaForCausalLM as LlamaForCausalLM
