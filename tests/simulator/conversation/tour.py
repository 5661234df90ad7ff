from simulator.conversation.tour import Step

TOUR = (
    Step("What is on my list?", "getTodos", {"username": "me"}),
    Step("Put “Buy milk” on my list.", "addTodo", {"username": "me", "todo": "Buy milk"}),
    Step("What are my notes?", "getNotes", {"name": "ann", "limit": 1}),
    Step("Note it.", "addNote", {"name": "ann", "note": "Buy milk"}),
    Step("What is the weather?", "getWeather"),
    Step("What are nobody's notes?", "getNotes"),
)
