"""The store in DynamoDB: one table, one question per function, no scans."""

from encamino.store.base import Store
from encamino.store.dynamo_agenda import DynamoAgenda
from encamino.store.dynamo_carriers import DynamoCarriers
from encamino.store.dynamo_contacts import DynamoContacts
from encamino.store.dynamo_letters import DynamoLetters
from encamino.store.dynamo_messages import DynamoMessages
from encamino.store.dynamo_orders import DynamoOrders


class DynamoStore(DynamoOrders, DynamoMessages, DynamoAgenda, DynamoCarriers, DynamoLetters, DynamoContacts, Store):
    """A Store. `client` is boto3's low-level DynamoDB client, `table` its name, `now` the wall clock."""
