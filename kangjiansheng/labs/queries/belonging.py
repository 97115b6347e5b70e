"""What the trail counts to an agreement, a laboratory or a company of the park."""

from kangjiansheng.core.belonging import by
from kangjiansheng.labs import models as m

PARTS = {
    "agreement": by(m.Obligation.agreement_id),
    "joint_lab": by(m.LabPaper.lab_id, m.LabReview.lab_id, m.SharedResource.lab_id),
    "shared_resource": by(m.Booking.resource_id, m.Wait.resource_id),
    "company": by(m.Lease.company_id, m.ServiceRequest.company_id, m.ServiceContact.company_id),
    "service_request": by(m.ServiceContact.request_id),
}
