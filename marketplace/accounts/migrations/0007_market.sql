-- The market's own organization, made when its books are first needed. Anybody may know its id; nobody is a member of it.
CREATE FUNCTION market_organization() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE found_id bigint;
BEGIN
  SELECT id INTO found_id FROM accounts_organization WHERE slug = '_market';
  IF found_id IS NULL THEN
    INSERT INTO accounts_organization (kind, slug, name) VALUES ('market', '_market', '商伴 Shangban') ON CONFLICT (slug) DO NOTHING;
    SELECT id INTO found_id FROM accounts_organization WHERE slug = '_market';
  END IF;
  RETURN found_id;
END $$;
REVOKE ALL ON FUNCTION market_organization() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION market_organization() TO shangban_app, shangban_system;
