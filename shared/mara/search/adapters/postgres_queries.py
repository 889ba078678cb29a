"""The statements of the search index in PostgreSQL.

BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009),
equation 3.15, with the idf of terms computed over the documents searched; titles are a field of
their own, whose score is added.
"""

from mara.search.adapters.searchable_documents import SEARCHABLE

DELETE = "DELETE FROM index_chunks WHERE owner_id = %s AND document_id = %s"
COUNT = """
    SELECT (SELECT count(*) FROM index_chunks WHERE owner_id = %(o)s AND document_id = %(d)s)
         + (SELECT count(*) FROM index_vectors WHERE owner_id = %(o)s AND document_id = %(d)s)
         + (SELECT count(*) FROM index_postings WHERE owner_id = %(o)s AND document_id = %(d)s)
"""
READ = """
    SELECT chunk_id, document_id, ordinal, text, place FROM index_chunks
    WHERE owner_id = %s AND document_id = %s AND ordinal > %s ORDER BY ordinal LIMIT %s
"""
# Arrays, since COPY is refused on tables with row-level security.
INSERT_CHUNKS = """
    INSERT INTO index_chunks (chunk_id, owner_id, document_id, ordinal, text, place, length)
    SELECT c, %(owner)s, %(document)s, o, t, p, l FROM unnest(
        %(ids)s::uuid[], %(ordinals)s::int[], %(texts)s::text[], %(places)s::jsonb[],
        %(lengths)s::real[]) AS u (c, o, t, p, l)
"""
INSERT_VECTORS = """
    INSERT INTO index_vectors (chunk_id, owner_id, document_id, position, model_id, embedding)
    SELECT c, %(owner)s, %(document)s, p, %(model)s, e::halfvec FROM unnest(
        %(ids)s::uuid[], %(positions)s::smallint[], %(embeddings)s::text[]) AS u (c, p, e)
"""
INSERT_POSTINGS = """
    INSERT INTO index_postings (owner_id, term, chunk_id, document_id, frequency)
    SELECT %(owner)s, t, c, %(document)s, f FROM unnest(
        %(terms)s::text[], %(ids)s::uuid[], %(frequencies)s::real[]) AS u (t, c, f)
"""

# Only searchable documents are counted, scanned and ranked: the filter is part of each query, never
# applied afterwards. Their ids are selected first, in a separate query, because the few ids make
# the indexes of the other tables usable. PostgreSQL has no statistics of rows just written and
# estimates one row; a nested loop would then join all chunks with all chunks, so nested loops are
# disabled until the transaction ends. With more memory, the vectors of a chunk are summed while
# they are read, instead of sorted. A plan for any parameters would parse the query's vector again
# for each row, which takes seconds.
SEARCHED = f"""
    SELECT coalesce(array_agg(id), '{{}}'), coalesce(sum(chunks), 0),
        set_config('enable_nestloop', 'off', true), set_config('work_mem', '64MB', true),
        set_config('plan_cache_mode', 'force_custom_plan', true)
    FROM documents WHERE {SEARCHABLE}
"""
_LEXICAL = """
    searched AS MATERIALIZED (
        SELECT chunk_id, length::float8 AS length FROM index_chunks
        WHERE owner_id = %(owner)s AND document_id = ANY(%(documents)s)
    ),
    size AS MATERIALIZED (SELECT count(*)::float8 AS chunks, avg(length) AS length FROM searched),
    found AS MATERIALIZED (
        SELECT term, chunk_id, frequency::float8 AS frequency FROM index_postings
        WHERE owner_id = %(owner)s AND term = ANY(%(terms)s) AND document_id = ANY(%(documents)s)
    ),
    common AS (SELECT term, count(*)::float8 AS chunks FROM found GROUP BY term),
    weighed AS MATERIALIZED (
        SELECT term, b,
            weight * ln(1 + (size.chunks - n + 0.5) / (n + 0.5)) AS weight,
            CASE WHEN n = 0 THEN share_missing ELSE share END
                * ln(1 + (greatest(size.chunks, %(chunks_min)s) - n + 0.5) / (n + 0.5)) AS share
        FROM size, unnest(%(terms)s::text[], %(weights)s::float8[], %(shares)s::float8[],
            %(shares_missing)s::float8[], %(bs)s::float8[])
            AS asked (term, weight, share, share_missing, b)
        LEFT JOIN common USING (term), coalesce(common.chunks, 0) AS n
    ),
    lexical AS (
        SELECT f.chunk_id, sum(w.share) / (SELECT nullif(sum(share), 0) FROM weighed) AS coverage,
            sum(w.weight * f.frequency * (%(k1)s + 1)
                / (f.frequency + %(k1)s * (1 - w.b + w.b * s.length / size.length))) AS score
        FROM size, found f JOIN weighed w USING (term) JOIN searched s USING (chunk_id)
        GROUP BY f.chunk_id
    ),
    best_by_words AS MATERIALIZED (
        SELECT chunk_id FROM lexical ORDER BY score DESC, chunk_id LIMIT %(candidates)s
    )"""
_POOLED = """
        SELECT chunk_id, ln(sum(exp(%(sharpness)s * (1 - (embedding <=> %(embedding)s::halfvec))))
            / sqrt(count(*))) / %(sharpness)s AS score
        FROM index_vectors
        WHERE owner_id = %(owner)s AND model_id = %(model)s AND %(embedding)s::text IS NOT NULL"""
# Every chunk is scored.
_SEMANTIC = f"""
    semantic AS MATERIALIZED (
        {_POOLED} AND document_id = ANY(%(documents)s)
        GROUP BY chunk_id
    ),
    described AS (SELECT score, size.chunks FROM size LEFT JOIN semantic ON true)"""
# Scored are the chunks of the nearest vectors, and a sample for the distribution. Chunk ids are
# hashes, so that the first ones are a random sample, the same for every query. No index of vectors
# is used: the nearest ones are exact, and are found in parallel.
_SEMANTIC_OF_NEAREST = f"""
    nearest AS MATERIALIZED (
        SELECT chunk_id FROM index_vectors
        WHERE owner_id = %(owner)s AND document_id = ANY(%(documents)s) AND model_id = %(model)s
          AND %(embedding)s::text IS NOT NULL
        ORDER BY embedding <=> %(embedding)s::halfvec LIMIT %(neighbours)s
    ),
    sample AS MATERIALIZED (SELECT chunk_id FROM searched ORDER BY chunk_id LIMIT %(sample)s),
    semantic AS MATERIALIZED (
        {_POOLED} AND chunk_id = ANY(ARRAY(
            SELECT chunk_id FROM nearest UNION SELECT chunk_id FROM sample
            UNION SELECT chunk_id FROM best_by_words))
        GROUP BY chunk_id
    ),
    described AS (
        SELECT score, count(*) OVER () AS chunks FROM sample LEFT JOIN semantic USING (chunk_id)
    )"""
_FUSED = """
    best AS (
        SELECT chunk_id FROM best_by_words
        UNION (SELECT chunk_id FROM semantic ORDER BY score DESC, chunk_id LIMIT %(candidates)s)
    ),
    candidates AS (
        SELECT array_agg(chunk_id) AS ids, array_agg(l.score) AS lexical,
            array_agg(coalesce(l.coverage, 0)) AS coverage, array_agg(m.score) AS semantic
        FROM best LEFT JOIN lexical l USING (chunk_id) LEFT JOIN semantic m USING (chunk_id)
    ),
    -- A chunk that a leg does not find has the score 0 there, and counts.
    spread AS (
        SELECT l.mean AS lexical, sqrt(greatest(l.squares - l.mean ^ 2, 0)) AS lexical_deviation,
            m.mean AS semantic, sqrt(greatest(m.squares - m.mean ^ 2, 0)) AS semantic_deviation
        FROM (SELECT coalesce(sum(score), 0) / greatest(max(size.chunks), 1) AS mean,
                coalesce(sum(score ^ 2), 0) / greatest(max(size.chunks), 1) AS squares
              FROM size LEFT JOIN lexical ON true) l,
             (SELECT coalesce(sum(score), 0) / greatest(max(chunks), 1) AS mean,
                coalesce(sum(score ^ 2), 0) / greatest(max(chunks), 1) AS squares
              FROM described) m
    )
    SELECT c.ids, c.lexical, c.coverage, c.semantic, size.chunks::int,
        (SELECT coalesce(json_object_agg(term, chunks::int), '{}') FROM common),
        s.lexical, s.lexical_deviation, s.semantic, s.semantic_deviation
    FROM candidates c, size, spread s
"""
SEARCH = f"WITH {_LEXICAL}, {_SEMANTIC}, {_FUSED}"
SEARCH_OF_NEAREST = f"WITH {_LEXICAL}, {_SEMANTIC_OF_NEAREST}, {_FUSED}"
HOLDS = "SELECT FROM index_chunks WHERE owner_id = %(owner)s AND document_id = %(document)s LIMIT 1"
DELETE_VECTORS = """
    DELETE FROM index_vectors
    WHERE owner_id = %(owner)s AND document_id = %(document)s AND model_id = %(model)s
"""
DROP_VECTORS = """
    DELETE FROM index_vectors WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM index_vectors WHERE model_id <> %s LIMIT %s))
"""
DROP_CHUNKS = """
    DELETE FROM index_chunks WHERE ctid = ANY(ARRAY(SELECT ctid FROM index_chunks LIMIT %s))
"""
# Without nested loops, documents are hashed: only the owner's, or the whole table would be read.
FETCH = """
    SELECT c.chunk_id, c.document_id, c.ordinal, c.text, c.place, d.filename
    FROM index_chunks c JOIN documents d ON d.id = c.document_id AND d.owner_id = c.owner_id
    WHERE c.owner_id = %s AND c.chunk_id = ANY(%s)
"""
