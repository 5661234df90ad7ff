"""The scripted tour of the conversation: what it asks, and of which operation."""

from simulator.conversation.tour import Step

TOUR: tuple[Step, ...] = (
    # <examples>
    # In a path, “me” is whoever holds the token; where none is wanted, it is a list of that name.
    Step("What is on my list?", "getTodos", {"username": "me"}),
    Step("Put “Buy milk” on my list.", "addTodo", {"username": "me", "todo": "Buy milk"}),
    Step("Which teams are there in the NBA?", "getTeams"),
    Step(
        "Who won on 9 April 2024?",
        "getGames",
        {"start_date": "2024-04-09", "end_date": "2024-04-09"},
    ),
    Step(
        "What do my documents say about opening hours?",
        "queryDocuments",
        {"queries": [{"query": "What are the opening hours?", "top_k": 3}]},
    ),
    # </examples>
)
