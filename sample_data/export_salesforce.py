"""Masters, leads, cases, surveys and notices as a Data Export writes them: quoted, GMT, empty lookups as zeros."""

from pathlib import Path

import numpy as np
import pandas as pd

from sample_data import customers, names
from sample_data.settings import PRIORITY
from sample_data.story import Company
from sample_data.texts import iso_dates, quoted_rows, salesforce_dates, salesforce_ids, salesforce_instants, write

NOBODY = "000000000000000AAA"
COUNTRY = {
    "DE": "Germany",
    "AT": "Austria",
    "FR": "France",
    "PL": "Poland",
    "NL": "Netherlands",
    "IT": "Italy",
    "CZ": "Czechia",
}
TERMS = ("30 days net", "30 days net", "14 days 2 %, 30 days net", "")
GO_LIVE = "2019-03-04 08:00:00"


def user_ids() -> np.ndarray:
    return np.array(salesforce_ids("005", 16))


def save(folder: Path, name: str, day: int, columns: dict, encoding: str = "utf-8") -> None:
    """One object as a file <Object>_<date>.csv."""
    write(
        folder / f"{name}_{iso_dates([day])[0]}.csv",
        ",".join(f'"{key}"' for key in columns),
        quoted_rows(list(columns.values())),
        encoding,
        "\n",
    )


def wrong_vat(account: pd.DataFrame) -> pd.Series:
    """The VAT number as sales know it: of every fourteenth account joined by its number, two digits changed places."""
    vat = account["vat"].astype(str)
    torn = account["erp_number_known"] & (vat.str.len() > 6) & (np.arange(len(account)) % 14 == 3)
    return vat.where(~torn, vat.str[:-2] + vat.str[-1:] + vat.str[-2:-1])


def accounts(folder: Path, told: Company) -> None:
    """Account: in Windows-1252; a name beyond it loses its accents. Every fifth ERP number lost its zeros.

    Behind them the accounts opened twice, the last of which was merged into the first and deleted."""
    account = pd.concat([told.account.assign(master=""), customers.twins(told.account)])
    number = told.customer["kunnr"].reindex(account.index)
    name = names.western(account["name"])
    stated = number.where(account["erp_number_known"]).fillna("")
    stated = np.where(np.arange(len(stated)) % 5 == 0, stated.str.lstrip("0"), stated)
    shop = [f"www.{''.join(c for c in text.lower() if c.isascii() and c.isalnum())}.example" for text in name]
    rank = account["segment"].map(PRIORITY).where(account["segment"] != "", "")
    columns = {
        "Id": account["account_id"],
        "IsDeleted": (account["master"] != "").astype(int),
        "MasterRecordId": account["master"].where(account["master"] != "", NOBODY),
        "Name": name,
        "Type": np.where(number.notna(), "Customer", "Prospect"),
        "ParentId": [NOBODY] * len(account),
        "BillingCountry": account["country"].map(COUNTRY),
        "BillingCountryCode": account["country"],
        "Website": np.where(account.index % 3 == 0, shop, ""),
        "OwnerId": user_ids()[account.index.to_numpy() % 12],
        "CreatedDate": [GO_LIVE] * len(account),
        "LastModifiedDate": [GO_LIVE] * len(account),
        "Segment__c": account["segment"],
        "Tier__c": account["tier"],
        "Priority_Rank__c": rank,
        "ERP_Account_Number__c": stated,
        "VAT_Number__c": wrong_vat(account),
        "Payment_Terms__c": [TERMS[k % len(TERMS)] for k in account.index],
    }
    save(folder, "Account", told.calendar.end, columns, "cp1252")


def products(folder: Path, told: Company) -> None:
    product = told.goods.product
    columns = {
        "Id": salesforce_ids("01t", len(product)),
        "Name": product["english"],
        "ProductCode": product["product"].str.lstrip("0"),
        "Description": product["name"],
        "IsActive": ["1"] * len(product),
        "CreatedDate": [GO_LIVE] * len(product),
        "Family": product["family"],
        "QuantityUnitOfMeasure": ["Each"] * len(product),
        "IsDeleted": ["0"] * len(product),
        "StockKeepingUnit": product["product"],
        "ERP_Material_Number__c": product["product"],
    }
    save(folder, "Product2", told.calendar.end, columns)


def leads(folder: Path, told: Company) -> None:
    """Lead: a converted one names its account and opportunity; deleted junk is still in the export."""
    lead, opp = told.demand.lead, told.demand.opportunity
    of_lead = pd.Series(salesforce_ids("006", len(opp)), index=opp["lead"])
    of_lead = of_lead[of_lead.index >= 0].reindex(lead.index).fillna(NOBODY)
    account = told.account["account_id"].reindex(lead["company"]).fillna(NOBODY)
    company = (
        told.account["name"]
        .reindex(lead["company"])
        .fillna(pd.Series(lead["other_name"].to_numpy(), index=lead["company"]))
    )
    status = np.select(
        [lead["is_converted"], lead["closed"]], ["Closed - Converted", "Closed - Not Converted"], "Working - Contacted"
    )
    columns = {
        "Id": salesforce_ids("00Q", len(lead)),
        "IsDeleted": lead["deleted"].astype(int),
        "Company": company,
        "LastName": [f"Contact {k}" for k in lead.index],
        "Country": ["Germany"] * len(lead),
        "LeadSource": lead["channel"],
        "Status": status,
        "OwnerId": user_ids()[lead["owner"]],
        "IsConverted": lead["is_converted"].astype(int),
        "ConvertedDate": salesforce_dates(np.where(lead["is_converted"], lead["converted"], -1)),
        "ConvertedAccountId": account,
        "ConvertedOpportunityId": of_lead,
        "CreatedDate": salesforce_instants(lead["created"], lead["minute"]),
        "Campaign__c": lead["campaign"],
        "Lead_Type__c": np.where(
            lead["is_converted"] & (lead["company"] < told.size.customers), "Existing customer", "New business"
        ),
    }
    save(folder, "Lead", told.calendar.end, columns)


def order_numbers(told: Company, order) -> np.ndarray:
    """The order number of each order index, '' for -1."""
    return np.append(told.orders.order["number"].to_numpy(), "")[np.asarray(order, dtype=int)]


def case_rows(folder: Path, told: Company) -> None:
    case = told.case
    columns = {
        "Id": salesforce_ids("500", len(case)),
        "IsDeleted": ["0"] * len(case),
        "CaseNumber": [f"{10000 + k:08d}" for k in case.index],
        "AccountId": told.account["account_id"].reindex(case["company"]),
        "Type": case["type"],
        "Status": np.where(case["closed"] >= 0, "Closed", "Working"),
        "Origin": ["Email"] * len(case),
        "Subject": case["type"],
        "Priority": ["Medium"] * len(case),
        "IsClosed": (case["closed"] >= 0).astype(int),
        "ClosedDate": salesforce_instants(case["closed"], case.index * 13),
        "CreatedDate": salesforce_instants(case["opened"], case.index * 7),
        "Order_Number__c": order_numbers(told, case["order"]),
        "First_Response_At__c": salesforce_instants(
            np.where(case["answered"] <= told.calendar.end, case["answered"], -1), 530
        ),
    }
    save(folder, "Case", told.calendar.end, columns)


def survey_rows(folder: Path, told: Company) -> None:
    survey = told.survey
    columns = {
        "Id": salesforce_ids("a0S", len(survey)),
        "IsDeleted": ["0"] * len(survey),
        "Account__c": told.account["account_id"].reindex(survey["company"]),
        "Order_Number__c": order_numbers(told, survey["order"].where(~survey["anonymous"], -1)),
        "Case__c": [NOBODY] * len(survey),
        "Type__c": survey["type"],
        "Score__c": survey["score"].astype(str).where(survey["answered"] >= 0, ""),
        "Scale_Min__c": np.where(survey["type"] == "NPS", 0, 1),
        "Scale_Max__c": np.where(survey["type"] == "NPS", 10, 5),
        "Sent_At__c": salesforce_instants(survey["sent"], survey.index * 11),
        "Responded_At__c": salesforce_instants(survey["answered"], survey.index * 17),
    }
    save(folder, "Survey_Response__c", told.calendar.end, columns)


def notice_rows(folder: Path, told: Company) -> None:
    company = told.orders.order["company"].to_numpy()[told.notice["order"]]
    known = told.account["account_id"].reindex(company).notna().to_numpy()
    notice = told.notice[known].reset_index(drop=True)
    item = np.append(told.orders.line["line_no"].to_numpy(), 0)[notice["line"]]
    columns = {
        "Id": salesforce_ids("a0N", len(notice)),
        "IsDeleted": ["0"] * len(notice),
        "Account__c": told.account["account_id"].reindex(company[known]),
        "Order_Number__c": order_numbers(told, notice["order"]),
        "Order_Item__c": [f"{number:06d}" if number else "" for number in item],
        "Sent_At__c": salesforce_instants(notice["day"], notice.index * 5),
        "Kind__c": notice["kind"],
    }
    save(folder, "Customer_Notification__c", told.calendar.end, columns)


def export(folder: Path, told: Company) -> None:
    """All objects that are exported once, at the end."""
    for part in (accounts, products, leads, case_rows, survey_rows, notice_rows):
        part(folder, told)
