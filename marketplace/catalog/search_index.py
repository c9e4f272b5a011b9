"""The index over the search documents: FTS5 with external content on SQLite, a GIN index over lexemes on PostgreSQL.

A trigram index finds nothing for words of one and two Chinese characters, the commonest queries; documents hold
single characters and pairs as words, so both databases only need to compare whole words and beginnings.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, bindparam, text

from marketplace.catalog.models import Listing

LEXEMES = "array_to_tsvector(string_to_array(body, ' '))"  # no parser: our words are words
SQLITE = {
    "search_index_added": "after insert on search_document begin"
    " insert into search_index (rowid, body) values (new.listing_id, new.body); end",
    "search_index_removed": "after delete on search_document begin"
    " insert into search_index (search_index, rowid, body) values ('delete', old.listing_id, old.body); end",
    "search_index_changed": "after update on search_document begin"
    " insert into search_index (search_index, rowid, body) values ('delete', old.listing_id, old.body);"
    " insert into search_index (rowid, body) values (new.listing_id, new.body); end",
}


def install(connection: Connection) -> None:
    """Create the index afresh over what the documents hold."""
    run = connection.exec_driver_sql
    if connection.dialect.name != "sqlite":
        run("drop index if exists search_index_words")
        run(f"create index search_index_words on search_document using gin ({LEXEMES})")
        return
    for name in SQLITE:
        run(f"drop trigger if exists {name}")
    run("drop table if exists search_index")
    # `ascii` leaves every other character alone and cuts at blanks, as string_to_array does
    run(
        "create virtual table search_index using"
        " fts5(body, content='search_document', content_rowid='listing_id', tokenize='ascii')"
    )
    run("insert into search_index (search_index) values ('rebuild')")
    for name, body in SQLITE.items():
        run(f"create trigger {name} {body}")


def missing(connection: Connection) -> list[str]:
    """Name the parts of the index that must stand and do not."""
    if connection.dialect.name == "sqlite":
        found = {row[0] for row in connection.exec_driver_sql("select name from sqlite_master")}
        return sorted({"search_index", *SQLITE} - found)
    found = {row[0] for row in connection.exec_driver_sql("select indexname from pg_indexes")}
    return sorted({"search_index_words"} - found)


def matches(words: Sequence[tuple[str, bool]], dialect: str) -> ColumnElement[bool]:
    """Return the condition that a listing's document has all words; of some (True) the beginning suffices."""
    if dialect == "sqlite":
        query = " AND ".join(f'"{word}"{" *" if begins else ""}' for word, begins in words)
        found = text("select rowid from search_index where search_index match :words")
    else:
        query = " & ".join(f"'{word}'{':*' if begins else ''}" for word, begins in words)
        found = text(f"select listing_id from search_document where {LEXEMES} @@ cast(:words as tsquery)")  # noqa: S608 - a constant
    ids = found.bindparams(bindparam("words", query, unique=True)).columns(Listing.id)
    return Listing.id.in_(ids)
