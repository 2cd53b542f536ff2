"""A folder is loaded as one: what no profile knows in it is left out and told; what was named by itself is not."""

GOOD = "Line,Order,Qty\n1,A,5\n"
OTHER = "Line,Order,Qty\n2,B,7\n"
UNKNOWN = "who,knows\n1,2\n"


def test_what_nobody_knows_in_a_folder_is_ignored_with_the_reason(shop):
    drawn = {"a.csv": GOOD, "b.csv": OTHER, "list.csv": UNKNOWN, "read.txt": "Dear all\n"}
    for name, content in drawn.items():
        shop.draw(f"in/{name}", content)
    results = shop.load("in")
    assert [(result.file, result.status) for result in results] == [
        ("a.csv", "loaded"), ("b.csv", "loaded"), ("list.csv", "ignored"), ("read.txt", "ignored"),
    ]  # fmt: skip
    (entry,) = results[2].entries
    assert (entry["status"], entry["table"], entry["load_id"]) == ("ignored", None, None)
    assert entry["issues"][0]["reason"].startswith("no profile knows this header (who, knows)")
    assert len(list(shop.home.loads.glob("*/manifest.json"))) == 2


def test_a_file_that_is_named_is_refused_even_where_its_folder_is_named_too(shop):
    shop.draw("in/a.csv", GOOD)
    shop.draw("in/list.csv", UNKNOWN)
    assert [result.status for result in shop.load("in", "in/list.csv")] == ["blocked", "refused"]
    assert [result.status for result in shop.load("in/a.csv", "in/list.csv")] == ["blocked", "refused"]


def test_a_folder_in_which_nothing_is_known_is_refused(shop):
    shop.draw("in/list.csv", UNKNOWN)
    shop.draw("in/more.csv", UNKNOWN.replace("who", "whom"))
    shop.draw("other/a.csv", GOOD)
    assert [result.status for result in shop.load("in")] == ["refused", "refused"]
    assert [result.status for result in shop.load("other", "in")] == ["blocked", "refused", "refused"]


def test_a_known_file_that_is_refused_still_keeps_its_folder_out(shop):
    shop.draw("in/a.csv", GOOD)
    shop.draw("in/b.csv", 'Line,Order,Qty,Wanted\n1,A,5,"01/02/2024"\n'.encode("utf-16")[:-1])
    shop.draw("in/list.csv", UNKNOWN)
    assert [result.status for result in shop.load("in")] == ["blocked", "refused", "ignored"]
    assert not list(shop.home.loads.glob("*/manifest.json"))


def test_files_that_are_loaded_already_make_a_folder_known(shop):
    shop.draw("in/a.csv", GOOD)
    shop.load("in")
    shop.draw("in/list.csv", UNKNOWN)
    assert [result.status for result in shop.load("in")] == ["unchanged", "ignored"]
