"""Fenming: a marketplace that pays village households and proves it.

Edges: `web`, `jobs`, `cli` read input, call a stage, commit once, answer. Between them and the stages: `reporting`
(questions that span stages) and `access` (who may see and do what).
Stages, each of which may import those before it: `identity`, `cooperatives`, `produce`, `intake` and `costs`,
`catalog`, `ordering`, `payments`, `fulfilment`, `distribution`, `payouts`, `audit`.
Books, which know no stage: `ledger` (where the money is), `trail` (who did what), `notifications`, `gateway`; `queue`.
Ground: `extensions` (database, `atomic`), `core` (money, units, clock), `config` (settings); `app` puts all together.
"""
