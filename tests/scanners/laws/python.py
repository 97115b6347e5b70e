# Planted faults: each law must find the line below its `ruleid`, and must leave the line below each `ok` alone.
# This file is read by semgrep and never run.
import hashlib
import hmac
import os
import pickle
import random
import re
import secrets
import smtplib
import socket
import ssl
import subprocess
import tarfile
import time
import urllib.request
import uuid
import xml.etree.ElementTree as tree
from datetime import date, datetime
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import sqlalchemy as sa
from flask import redirect, render_template_string, request, send_file
from jinja2 import Template
from markupsafe import Markup, escape
from sqlalchemy import delete, text


def committing():
    # ruleid: commit-in-core-only
    db.session.commit()
    # ok: commit-in-core-only
    db.session.flush()


def reading_the_clock():
    # ruleid: clock-in-core-only
    datetime.now()
    # ruleid: clock-in-core-only
    date.today()
    # ruleid: clock-in-core-only
    time.time()
    # ok: clock-in-core-only
    clock.now()
    # ok: clock-in-core-only
    time.monotonic()


def making_markup(words):
    # ruleid: markup-in-reviewed-places
    Markup(words)
    # ok: markup-in-reviewed-places
    escape(words)


GRAMS = "grams"


def asking(session, wanted):
    # ruleid: statement-from-pieces
    session.execute(f"SELECT * FROM project WHERE code = '{wanted}'")
    # ruleid: statement-from-pieces
    session.execute(text(f"SELECT * FROM project WHERE code = '{wanted}'"))
    # ruleid: statement-from-pieces
    text("SELECT * FROM project WHERE code = '%s'" % wanted)
    # ruleid: statement-from-pieces
    sa.text("SELECT * FROM project ORDER BY " + wanted)
    # ok: statement-from-pieces
    session.execute(text(f"DELETE FROM {GRAMS}"))
    # ok: statement-from-pieces
    session.execute(text("SELECT * FROM project WHERE code = :code"), {"code": wanted})


def calling(address):
    # ruleid: call-without-timeout
    urllib.request.urlopen(address)
    # ruleid: call-without-timeout
    HTTPSConnection(address)
    # ruleid: call-without-timeout
    HTTPConnection(address)
    # ruleid: call-without-timeout
    smtplib.SMTP(address)
    # ruleid: call-without-timeout
    socket.create_connection((address, 443))
    # ok: call-without-timeout
    urllib.request.urlopen(address, timeout=5)
    # ok: call-without-timeout
    smtplib.SMTP(address, timeout=5)
    # ok: call-without-timeout
    socket.create_connection((address, 443), 5)


def leading_on(form):
    # ruleid: redirect-asks-own-path
    redirect(request.args.get("next"))
    back = request.referrer
    # ruleid: redirect-asks-own-path
    redirect(back, 303)
    # ruleid: redirect-asks-own-path
    saved(form.next.data)
    # ok: redirect-asks-own-path
    redirect(own_path(request.args.get("next")), 303)
    # ok: redirect-asks-own-path
    redirect(url_for(".lab", code="JL-01"))


# ruleid: route-declares-access
@bp.get("/labs")
def open_to_all():
    return page("labs.html")


# ruleid: route-declares-access
@bp.route("/labs/new", methods=["GET", "POST"])
def open_form():
    return page("lab_form.html")


# ok: route-declares-access
@bp.get("/labs/<code>")
@on(load=queries.lab, may=policies.see)
def lab(lab):
    return page("lab.html")


# ok: route-declares-access
@bp.get("/help")
@signed_in
def explained():
    return page("help.html")


def a_view():
    # ruleid: views-change-nothing-themselves
    db.session.add(thing)
    # ruleid: views-change-nothing-themselves
    db.session.execute(delete(Thing))
    # ok: views-change-nothing-themselves
    operations.create_thing(actor=actor())


# ruleid: actor-by-name
def close_risk(risk: "Risk", actor: "Actor") -> None: ...


# ok: actor-by-name
def open_risk(risk: "Risk", *, actor: "Actor") -> None: ...


def speaking(name):
    # ruleid: words-translated-whole
    _(f"{name} 已登记")
    # ruleid: words-translated-whole
    _("已登记：" + name)
    # ok: words-translated-whole
    _("%(name)s 已登记", name=name)


def executing(typed):
    # ruleid: nothing-typed-is-executed
    eval(typed)
    # ruleid: nothing-typed-is-executed
    os.system(typed)
    # ruleid: nothing-typed-is-executed
    subprocess.run(typed, shell=True, timeout=5)
    # ruleid: nothing-typed-is-executed
    pickle.loads(typed)
    # ruleid: nothing-typed-is-executed
    Template(typed)
    # ruleid: nothing-typed-is-executed
    render_template_string(typed)


def reading_xml(data):
    # ruleid: xml-by-defusedxml
    tree.fromstring(data)
    # ok: xml-by-defusedxml
    defusedxml.ElementTree.fromstring(data, forbid_dtd=True)


def unpacking(archive, name):
    # ruleid: archives-unpacked-name-by-name
    archive.extractall("somewhere")
    # ruleid: archives-unpacked-name-by-name
    tarfile.open(name)
    # ok: archives-unpacked-name-by-name
    archive.read("word/document.xml")


def storing(folder: Path):
    name = request.files["file"].filename
    # ruleid: path-from-a-request
    open(name)
    # ruleid: path-from-a-request
    send_file(request.args["path"])
    # ruleid: path-from-a-request
    kept = folder / request.args["name"]
    # ok: path-from-a-request
    send_file(file_path(stored.digest))
    return kept


def looking(words):
    # ruleid: pattern-from-a-request
    re.search(request.args["q"], words)
    # ok: pattern-from-a-request
    re.search(re.escape(request.args["q"]), words)
    # ok: pattern-from-a-request
    re.search(r"[a-z]+", request.args["q"])


def comparing(typed, link):
    # ruleid: secrets-compared-in-even-time
    if link.secret == typed:
        return True
    # ok: secrets-compared-in-even-time
    if link.token == "seal":
        return False
    # ok: secrets-compared-in-even-time
    return hmac.compare_digest(link.secret, typed)


def drawing():
    # ruleid: secrets-from-the-system
    random.choice("abc")
    # ruleid: secrets-from-the-system
    uuid.uuid1()
    # ok: secrets-from-the-system
    secrets.token_urlsafe(32)


def digesting(data):
    # ruleid: sound-digests-only
    hashlib.md5(data)
    # ruleid: sound-digests-only
    hashlib.sha1(data)
    # ok: sound-digests-only
    hashlib.sha256(data)


def logging_it(log, password):
    # ruleid: no-secret-in-a-log
    log.info("signed in with %s", password)
    # ruleid: no-secret-in-a-log
    log.warning("asked", extra={"asked": request.full_path})
    # ok: no-secret-in-a-log
    log.info("signed in")


def swallowing(act):
    # ruleid: no-error-is-swallowed
    try:
        act()
    except Exception:
        pass
    # ok: no-error-is-swallowed
    try:
        act()
    except KeyError:
        pass


def guarding(person, project):
    # ruleid: an-assert-only-narrows
    assert person.may_edit(project)
    # ok: an-assert-only-narrows
    assert project is not None


def trusting(context):
    # ruleid: certificates-are-checked
    context.check_hostname = False
    # ruleid: certificates-are-checked
    context.verify_mode = ssl.CERT_NONE
    # ok: certificates-are-checked
    context.minimum_version = ssl.TLSVersion.TLSv1_2
