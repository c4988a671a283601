"""The circuit of the tests: Hatami's spin valve, whose right magnet is at 90° to the left one."""

VALVE = """
nodes:
  L: {magnetisation: [0, 0, 1], voltage: 100 uV, temperature: 301 K}
  N: {}
  R: {magnetisation: {theta: 90 deg}, voltage: 0 V}
elements:
  - {between: [L, N], library: Cu/Co(001)*, conductance: 2e15 S/m^2}
  - {between: [N, R], library: Cu/Co(001)*, conductance: 2e15 S/m^2}
"""
