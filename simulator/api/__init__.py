"""The GraphQL side: resolvers over the world, as dictionaries whose keys are the schema's field names.

A dictionary's callables are called with the field's arguments. `_account` names the account that a refusal would go by,
`_via` the path taken, `__typename` the member of a union or interface.
"""
