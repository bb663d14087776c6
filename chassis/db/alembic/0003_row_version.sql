-- A row's version goes up with every UPDATE of it, whoever writes that. Each table that has one gets the trigger
-- trg_count_version.
CREATE FUNCTION count_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.row_version := OLD.row_version + 1;
    RETURN NEW;
END
$$;
