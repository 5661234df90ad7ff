from simulator.conversation.tour import Step

TOUR = (
    Step("What are my notes?", "getNotes", {"name": "ann", "limit": 1}),
    Step("Note it.", "addNote", {"name": "ann", "note": "Buy milk"}),
    Step("What is the weather?", "getWeather"),
    Step("What are nobody's notes?", "getNotes"),
)
