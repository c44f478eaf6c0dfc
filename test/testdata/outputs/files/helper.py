import csv


def read_rows(file):
    with open(file, newline="") as lines:
        return list(csv.DictReader(lines))
