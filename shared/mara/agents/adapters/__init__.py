"""PostgreSQL repositories of the agents domain, and a LangChain retriever."""
